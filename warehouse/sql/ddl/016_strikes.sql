-- 016_strikes: clusters of strikes stand beside the modelled ones.
comment on macro table clusters is
'clusters(asset): concentrations of positions on the price axis at the latest snapshot; entries and levels modelled, strikes of options published (M24)';
