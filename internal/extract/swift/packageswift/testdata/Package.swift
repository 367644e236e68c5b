// swift-tools-version:5.9
import PackageDescription

/* .package(url: "https://git.example.org/not/this", from: "1.0.0") */
let package = Package(
    name: "Clock",
    platforms: [.macOS(.v12)],
    products: [.library(name: "Clock", targets: ["Clock"])],
    dependencies: [
        .package(url: "https://git.example.org/Dials/Gauge.git", from: "1.2.0"),
        .package(url: "https://git.example.org/dials/needle", exact: "0.9.1"),
        .package(url: "https://git.example.org/dials/exact", .exact("1.0.0")),
        .package(url: "https://git.example.org/dials/major", .upToNextMajor(from: "2.0.0")),
        .package(url: "https://git.example.org/dials/minor", .upToNextMinor(from: "2.1.0")),
        .package(url: "https://git.example.org/dials/range",
                 "1.0.0"..<"2.0.0"),
        .package(url: "https://git.example.org/dials/closed", "1.0.0"..."1.9.9"),
        .package(url: "https://git.example.org/dials/branch", branch: "main"),
        .package(url: "https://git.example.org/dials/older", .branch("dev")),
        .package(url: "git@git.example.org:dials/commit.git", .revision("0123456789abcdef0123456789abcdef01234567")),
        .package(name: "Named", url: "https://git.example.org/dials/named", from: "3.0.0", traits: ["a", "b"]),
        .package(path: "../Near"),
        .package(name: "Local", path: "Local"),
        .package(id: "dials.face", from: "4.0.0"),
        .package(url: "https://git.example.org/dials/open", from: openVersion),
        .package(url: "https://git.example.org/dials/\(name)", from: "1.0.0"),
        .package(url: address, from: "1.0.0"),
    ],
    targets: [
        .target(name: "Clock", dependencies: [.product(name: "Gauge", package: "Gauge")]),
    ]
)

#if os(Linux)
package.dependencies.append(.package(url: "https://git.example.org/dials/linux", from: "1.0.0"))
#endif
