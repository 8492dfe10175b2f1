"""Lang: the languages we interpret and the values rules ask about, each a small library that knows nothing of gates."""
