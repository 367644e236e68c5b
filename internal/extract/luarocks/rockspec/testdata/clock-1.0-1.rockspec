rockspec_format = "3.0"
package = "clock"
version = "1.0-1"
local ver = "2"
source = {
   url = "git+https://git.example.org/clock.git",
   dependencies = { "not-this" },
}
description = { summary = [[A clock, "it has" dependencies = {]] }
--[[ dependencies = { "nor-this" } ]]
dependencies = {
   "lua >= 5.1, < 5.5",
   "gauge >= 1.0, < 2",   -- a comment
   'needle ~> 0.9',
   "hand",
   "exact == 1.0-2",
   "bare 3.1-1",
   "dials/face>=1",
   "open " .. ver,
   platforms = {
      unix = { "posix >= 3" },
      ["windows"] = { "win" },
   },
}
build_dependencies = { "tool" }
test_dependencies = { "probe >= 2.0" }
external_dependencies = { OIL = { header = "oil.h" } }
build = { type = "builtin", modules = { clock = "clock.lua" } }
