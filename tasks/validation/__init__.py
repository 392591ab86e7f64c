"""What the research report says: from the tables of schema `research` to the numbers of its JSON, page and tables."""
