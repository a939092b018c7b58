"""How the briefing looks: Jinja templates, charts, number formats and the renderer."""
