# This file is maintained automatically by "terraform init".
# Manual edits may be lost in future updates.

provider "registry.example.org/dials/gauge" {
  version     = "4.67.0"
  constraints = ">= 3.0.0, ~> 4.0"
  hashes = [
    "h1:AAAA=",
    # a comment
    "zh:bbbb",
  ]
}

/* a
   comment */
provider "registry.example.org/dials/needle" {
  version = "2.0.0-beta1" // exact
  hashes  = ["h1:CCCC="]
}

something "else" {
  inner {
    version = "9"
  }
}
