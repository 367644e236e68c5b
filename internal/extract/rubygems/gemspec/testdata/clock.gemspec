# frozen_string_literal: true
require_relative "lib/clock/version"

Gem::Specification.new do |spec|
  spec.name        = "clock"
  spec.version     = Clock::VERSION
  spec.files       = Dir["lib/**/*.rb"] + %w[README.md]
  spec.description = <<~TEXT
    A clock. It doesn't need "much".
  TEXT

  spec.add_dependency "gauge", ">= 1.0", "< 3"
  spec.add_runtime_dependency("needle", "~> 2.0")
  spec.add_dependency "same", Clock::VERSION
  spec.add_dependency %q<quoted>.freeze, ["~> 1.2".freeze]
  spec.add_dependency 'any'
  spec.add_development_dependency "probe", "~> 3.0" if RUBY_VERSION > "2"
  names.each { |n| spec.add_dependency n }
  if spec.respond_to? :specification_version then
    spec.add_runtime_dependency(%q<branch>, [">= 1"])
  else
    spec.add_dependency(%q<branch>, [">= 1"])
  end
end
