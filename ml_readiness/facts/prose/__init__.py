"""What is written for people: pages, cards, claims, instructions, placeholders, licence."""
