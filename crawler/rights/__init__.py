"""What a host says of the use of its pages, decided for one address: robots.txt for agents of AI, and tdmrep.json."""
