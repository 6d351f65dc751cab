//! A JACK server of this test's own, without a device and without real time, and a client that takes
//! down what the program plays.

use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jack::{
    AsyncClient, AudioIn, Client, ClientOptions, Control, Port, ProcessHandler, ProcessScope,
};
use xtask::command::{command, output, succeeds};
use xtask::screen::bound_to_us;

use crate::analysis::peak;
use crate::display::wait_for;

/// Names the server to every client that is started with it.
pub const SERVER_VARIABLE: &str = "JACK_DEFAULT_SERVER";
pub const RATE_HZ: f64 = 48_000.0;
const PERIOD_FRAMES: usize = 1024;
/// Below this nobody hears anything.
const SILENCE: f32 = 1e-5;

/// A name for a server that is nobody else's.
pub fn server_name() -> String {
    format!("aliquot-test-{}", std::process::id())
}

/// The server; it ends with this value.
pub struct Server(Child);

impl Server {
    /// With the name that the environment gives it, so that it is nobody else's.
    pub fn start() -> Server {
        let name = std::env::var(SERVER_VARIABLE).expect("a server's name");
        let version = output(command("jackd").arg("--version")).unwrap_or_else(|error| {
            panic!("no JACK: {error:#}; `cargo xtask test` sees to its package, jackd2")
        });
        let mut server = bound_to_us("jackd");
        // Without a number of ports it would share 100 MB, which not every container has.
        server.args(["--no-realtime", "--port-max", "32", "--name", &name]);
        if version.contains("jackdmp") {
            // It waits for its clients, on a busy machine too. The older JACK always does.
            server.args(["--sync", "--timeout", "1000"]);
        }
        let server = server
            .args(["-d", "dummy", "--rate", &RATE_HZ.to_string()])
            .args(["--period", &PERIOD_FRAMES.to_string()])
            // It must not ask the desktop for a device.
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("jackd, which has told its version");
        Server(server)
    }

    /// Asks for no more periods until the value that is returned is dropped.
    pub fn pause(&self) -> Pause<'_> {
        self.signal("STOP");
        Pause(self)
    }

    fn signal(&self, name: &str) -> bool {
        succeeds(command("kill").args(["-s", name, &self.0.id().to_string()]))
    }
}

/// A server that stands still.
pub struct Pause<'a>(&'a Server);

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        self.0.signal("CONT");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to end, it removes what it has shared; killed, it would not.
        if !self.signal("TERM") {
            let _ = self.0.kill();
        }
        let _ = self.0.wait();
    }
}

/// A client that takes down what is played to it.
pub struct Recorder {
    client: AsyncClient<(), Input>,
    frames: Arc<Mutex<Vec<f32>>>,
}

/// What the server calls with every period.
struct Input {
    port: Port<AudioIn>,
    frames: Arc<Mutex<Vec<f32>>>,
}

impl ProcessHandler for Input {
    fn process(&mut self, _: &Client, scope: &ProcessScope) -> Control {
        // A test may wait here.
        let mut frames = self.frames.lock().unwrap();
        frames.extend(self.port.as_slice(scope));
        Control::Continue
    }
}

impl Recorder {
    /// Opens a recorder as soon as the server is up.
    pub fn open(_server: &Server) -> Recorder {
        let (client, _) = wait_for("the JACK server", || {
            // Each attempt holds a lock that the server needs to come up.
            std::thread::sleep(Duration::from_millis(200));
            Client::new("recorder", ClientOptions::NO_START_SERVER).ok()
        });
        let frames = Arc::new(Mutex::new(Vec::new()));
        let input = Input {
            port: client.register_port("in", AudioIn::default()).unwrap(),
            frames: Arc::clone(&frames),
        };
        let client = client.activate_async((), input).unwrap();
        Recorder { client, frames }
    }

    /// Listens to this port, as soon as there is one.
    pub fn listen(&self, port: &str) {
        wait_for(port, || {
            let client = self.client.as_client();
            client.connect_ports_by_name(port, "recorder:in").ok()
        });
    }

    /// How much has been taken down.
    pub fn now(&self) -> usize {
        self.frames.lock().unwrap().len()
    }

    /// `frames` frames from frame `from` on, once they have been played.
    pub fn played(&self, from: usize, frames: usize) -> Vec<f32> {
        wait_for("the sound", || {
            Some(
                self.frames
                    .lock()
                    .unwrap()
                    .get(from..from + frames)?
                    .to_vec(),
            )
        })
    }

    /// The first frame from this one on at which something sounds.
    pub fn sound_after(&self, from: usize) -> usize {
        wait_for("something to sound", || {
            let frames = self.frames.lock().unwrap();
            let first = frames[from..].iter().position(|x| x.abs() > SILENCE)?;
            Some(from + first)
        })
    }

    /// Until nothing has sounded for a while.
    pub fn silence(&self) {
        let mut from = self.now();
        wait_for("silence", || {
            std::thread::sleep(Duration::from_millis(100));
            let frames = self.frames.lock().unwrap();
            let is_silent = frames.len() > from && peak(&frames[from..]) <= SILENCE;
            from = frames.len();
            is_silent.then_some(())
        });
    }
}
