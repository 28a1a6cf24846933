"""The ground: the nouns every floor speaks, and the tools that have no noun of their own."""
