"""One customer, two worlds, told: sentences, a picture, a page."""
