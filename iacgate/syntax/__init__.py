"""Syntax: text becomes located trees, one package or module for each syntax. Knows spans, knows no resources."""
