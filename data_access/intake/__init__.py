"""From a file or an event to a fact, or to a refusal with its reason."""
