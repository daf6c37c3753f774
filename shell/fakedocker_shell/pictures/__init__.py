"""Pictures of the world: what stands for what, and how it is written as text, mermaid, dot, SVG and JSON."""
