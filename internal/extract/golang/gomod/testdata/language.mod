module example.com/forge/tongs

go 1.19

require example.com/metal/iron v1.0.0
