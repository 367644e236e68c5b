# escape=`
FROM images.example.org:5000/win/server@sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
COPY a C:\
RUN dir `
  C:\
