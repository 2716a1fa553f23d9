"""What is remembered: MongoDB is the truth, Redis the bell. Knows no rule of who may do what, no HTTP, no sockets."""
