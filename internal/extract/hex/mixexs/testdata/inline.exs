defmodule Small do
  def project do
    [app: :small, deps: [{:bolt, "~> 1.0"}, {:gear, "~> 2.0", only: :test}, other()]]
  end
end
