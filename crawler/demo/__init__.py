"""The demo newspaper: four small sites, written for this project and served on loopback, whose gold texts are known."""
