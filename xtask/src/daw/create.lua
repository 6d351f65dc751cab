-- Makes the session: one MIDI track with the instrument, its parameters, one automation.
--
-- ardour-lua create.lua FOLDER INSTRUMENT [NAME=VALUE | NAME@FRAME=VALUE]...
--
-- VALUE is normalised; NAME=VALUE sets a parameter, NAME@FRAME=VALUE writes a point of automation.

local folder, instrument = arg[1], arg[2]

-- The dummy backend has no device and no clock of its own.
AudioEngine:set_backend ("None (Dummy)", "", "")
assert (create_session (folder, "song", 48000), "no session")

local info = ARDOUR.LuaAPI.new_plugin_info (instrument, ARDOUR.PluginType.VST3)
assert (not info:isnil (), instrument .. " is not among Ardour's VST3 plugins")

local tracks = Session:new_midi_track (
	ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1), ARDOUR.ChanCount (ARDOUR.DataType ("audio"), 2),
	true, info, nil, nil, 1, "Song", ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true)
local track = tracks:front ()

-- Another thread of Ardour connects the track to the master bus.
local function connected ()
	local output = track:output ()
	return output:audio (0):connected_to ("Master/audio_in 1") and output:audio (1):connected_to ("Master/audio_in 2")
end
for _ = 1, 100 do
	if connected () then break end
	ARDOUR.LuaAPI.usleep (100000)
end
assert (connected (), "the track was not connected to the master bus")
-- Ardour's panner is not what is measured.
track:panner_shell ():set_bypassed (true)

local processor = track:nth_plugin (0)
local insert = processor:to_insert ()
local plugin = insert:plugin (0)
local place = {}
for i = 0, plugin:parameter_count () - 1 do
	place[plugin:parameter_label (i)] = i
end

local automated = {}
for i = 3, #arg do
	local name, frame, value = arg[i]:match ("^([^@=]+)@([^=]+)=(.+)$")
	if not name then
		name, value = arg[i]:match ("^([^@=]+)=(.+)$")
	end
	assert (name, "cannot read " .. arg[i])
	assert (place[name], "the instrument has no parameter " .. name)
	-- Ardour counts the steps of a parameter that has them.
	local _, list, range = ARDOUR.LuaAPI.plugin_automation (processor, place[name])
	value = range.lower + value * (range.upper - range.lower)
	if frame then
		list:add (Temporal.timepos_t (tonumber (frame)), value, false, true)
		automated[name] = true
	else
		assert (ARDOUR.LuaAPI.set_processor_param (processor, place[name], value), "cannot set " .. name)
	end
end

for name in pairs (automated) do
	local parameter = Evoral.Parameter (ARDOUR.AutomationType.PluginAutomation, 0, place[name])
	insert:to_automatable ():automation_control (parameter, true):set_automation_state (ARDOUR.AutoState.Play)
end

-- A plugin takes its parameters over when it next renders, and its state is what is saved.
ARDOUR.LuaAPI.usleep (500000)

assert (Session:save_state ("") == 0, "cannot save")
print ("created")
quit ()
