"""How things look on a page: templates, formats, charts. Values in, text out; it reads no tables."""
