"""From a fact to people: events, who is told, when, on which channel, and what became of it."""
