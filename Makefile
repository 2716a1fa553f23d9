# Aliases: dev.py is where the work is done.
.PHONY: setup run test check bench build doctor demo lock clean
setup run test check bench build doctor demo lock clean:
	@python3 dev.py $@ $(ARGS)
