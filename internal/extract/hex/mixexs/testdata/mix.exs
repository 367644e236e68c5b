defmodule Shop.MixProject do
  use Mix.Project

  @version "1.0.0"
  @docs_deps [{:ex_doc, "~> 0.34", only: :docs}]
  @moduledoc """
  A "shop" with {:no, "dependency"} here.
  """

  def project do
    [
      app: :shop,
      version: @version,
      elixir: "~> 1.15",
      apps_path: "apps",
      description: "It says #{String.upcase("{hello}")}",
      deps: deps()
    ]
  end

  # {:commented, "~> 1.0"}
  defp deps do
    [
      {:bolt, "~> 1.7"},
      {:gear, ">= 2.0.0 and < 3.0.0", optional: true},
      {:exact, "1.2.3"},
      {:tested, "~> 1.0", only: :test},
      {:developed, "~> 1.0", only: [:dev, :test], runtime: false},
      {:mixed, "~> 1.0", only: [:dev, :prod]},
      {:built, "~> 0.8", runtime: Mix.env() == :dev},
      {:compiled, "~> 0.8", runtime: false},
      {:renamed, "~> 1.0", hex: :real_name},
      {:forked, git: "https://git.example.org/forked.git", tag: "v1.2"},
      {:hub, github: "acme/hub", ref: "abc123", only: :dev},
      {:sub, "~> 1.0", [path: "../sub", only: :test]},
      {:sibling, in_umbrella: true},
      {:variable, @version},
      {:computed, "~> #{@version}"},
      {:joined, "~> " <> version()},
      {
        :lines,
        "~> 4.0",
        only: :dev
      },
      {:any, ">= 0.0.0"}
    ] ++ more_of_them() ++ @docs_deps
  end

  def test_deps, do: [{:mock, "~> 1.0", only: :test}]

  defp aliases do
    [{:no, "dependency"}]
  end

  defp character, do: {?", ~r/{"/, ~w({ a)}
end
