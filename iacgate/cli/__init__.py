"""Command line: options in, reports out. The only room that reads arguments, environment, clock and terminal."""
