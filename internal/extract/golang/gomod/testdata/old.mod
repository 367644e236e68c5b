module example.com/forge/anvil

require (
	example.com/metal/iron v1.0.0
	example.com/metal/ore v0.0.0-20180820150726-614d502a4dac // indirect
)
