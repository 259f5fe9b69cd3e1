"""How fast it all is, as times and as ratios that hold on any machine."""
