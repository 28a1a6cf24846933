"""The frame around every feature: it discovers them, opens and closes transactions, answers errors; it names none."""
