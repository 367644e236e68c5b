// Deprecated: example.com/forge/hammer has moved.
module example.com/forge/hammer

go 1.22 // the least release

toolchain go1.23.4

godebug default=go1.21

require example.com/metal/iron v1.2.3

require (
	example.com/metal/copper v0.0.0-20240102030405-0123456789ab
	example.com/metal/tin/v3 v3.4.5-rc.1
	"example.com/metal/zinc" v28.5.2+incompatible // not "indirect"
	example.com/metal/lead v1.0.0 // indirect
	example.com/metal/gold v1.1.0 // indirect; wanted by silver
	example.com/metal/fork v0.9.0 // a fork is used
	example.com/metal/near v0.2.0
	example.com/metal/pinned v1.5.0 // indirect
)

require (
	example.com/metal/lead v1.2.0 // indirect
)

replace example.com/metal/fork => example.org/forks/metal v0.9.1-patched

replace (
	example.com/metal/near v0.2.0 => ../near
	example.com/metal/pinned v1.4.0 => example.com/metal/pinned v1.4.1
	example.com/metal/pinned => example.com/metal/pinned v1.3.0
	example.com/metal/absent v1.0.0 => ./absent
)

exclude example.com/metal/iron v1.2.4

exclude (
	example.com/metal/gold v1.1.0
)

retract [v1.0.0, v1.0.5] // broken on start
retract (
	v1.1.0 // tagged by mistake
)

tool example.com/metal/iron/cmd/smelt

tool (
	example.com/metal/lead/cmd/cast
)

ignore ./node_modules

require ()
