"""How requests reach the project, and what frameworks check about them."""
