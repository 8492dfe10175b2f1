"""Policy languages: one package each, policy text in, rules out."""
