# The server as a container image: static, without a shell, not run by root.
# Not built by CI here: no container engine builds it where this is developed. A test
# checks that the commands and flags in it exist.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X github.com/assay-sca/assay/internal/cli.version=${VERSION}" -o /out/assay ./cmd/assay
RUN mkdir -p /out/data /out/tmp

# git fetches repositories: an image with git, without a shell, is made of Debian's.
FROM debian:13-slim AS git
RUN apt-get update && apt-get install -y --no-install-recommends git openssh-client ca-certificates \
    && rm -rf /var/lib/apt/lists/*

FROM gcr.io/distroless/base-debian13:nonroot AS final
COPY --from=git /usr/bin/git /usr/bin/ssh /usr/bin/
COPY --from=git /usr/lib/git-core /usr/lib/git-core
COPY --from=git /usr/lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu
COPY --from=git /usr/share/git-core /usr/share/git-core
COPY --from=git /etc/ssl/certs /etc/ssl/certs
COPY --from=build /out/assay /usr/local/bin/assay
COPY --from=build --chown=65532:65532 /out/data /data
USER 65532:65532
ENV ASSAY_DATA=/data ASSAY_LISTEN=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/usr/local/bin/assay"]
CMD ["serve"]
