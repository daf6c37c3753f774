defmodule Menu.MixProject do
  use Mix.Project

  def project do
    [app: :menu, version: "0.1.0"]
  end
end
