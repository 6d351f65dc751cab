-- Opens the session as another day's work would, prints the normalised values of the parameters
-- that are named, and saves it again.
--
-- ardour-lua reopen.lua FOLDER NAME...

AudioEngine:set_backend ("None (Dummy)", "", "")
assert (load_session (arg[1], "song"), "cannot load the session")

local track = Session:route_by_name ("Song")
assert (not track:isnil (), "the track is gone")
local processor = track:nth_plugin (0)
assert (not processor:isnil (), "the instrument is gone")
local plugin = processor:to_insert ():plugin (0)
assert (processor:to_insert ():signal_latency () == 0, "the instrument reports a latency")

local place = {}
for i = 0, plugin:parameter_count () - 1 do
	place[plugin:parameter_label (i)] = i
end
for i = 2, #arg do
	local value = ARDOUR.LuaAPI.get_processor_param (processor, place[arg[i]])
	local _, _, range = ARDOUR.LuaAPI.plugin_automation (processor, place[arg[i]])
	print (string.format ("%s=%.7f", arg[i], (value - range.lower) / (range.upper - range.lower)))
end

assert (Session:save_state ("") == 0, "cannot save")
print ("reopened")
quit ()
