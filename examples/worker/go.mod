module example.com/worker

go 1.21

toolchain go1.21.3

require (
	github.com/gorilla/websocket v1.4.0
	golang.org/x/crypto v0.0.0-20201016220609-9e8e0b390897
	golang.org/x/text v0.3.5
	gopkg.in/yaml.v2 v2.2.2
)

require golang.org/x/sys v0.0.0-20190412213103-97732733099d // indirect
