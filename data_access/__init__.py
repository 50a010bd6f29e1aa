"""Facts in, frames out: the only room that knows SQL, files and the environment."""
