"""The heart of migration/savevm.c: registry, save loop, load loop, commands, configuration."""
