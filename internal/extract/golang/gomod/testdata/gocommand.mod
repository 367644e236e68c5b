module example.com/forge/file

go 1.24.1

toolchain go1.22.3-custom

require example.com/metal/iron v1.0.0 // indirect
