module example.com/forge/bellows
module example.com/forge/other
go 1.x
toolchain leather
require example.com/metal/iron main
require example.com/metal/copper
frobnicate example.com/metal/tin
require example.com/metal/"tin v1.0.0
require (
	example.com/metal/zinc v1.0.0
) trailing
replace example.com/metal/zinc => example.com/metal/brass
replace example.com/metal/zinc => ../a
replace example.com/metal/zinc => ../b
replace
exclude example.com/metal/zinc
/* no such comment */
require example.com/metal/last v1.0.0
