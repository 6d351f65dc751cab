//! The plugin's window, inside one of the host's.

use anyhow::{Context, Result, ensure};
use clack_extensions::gui::{GuiApiType, GuiConfiguration, PluginGui, Window};

use super::{Instance, WindowSize};

const X11: GuiConfiguration<'static> = GuiConfiguration {
    api_type: GuiApiType::X11,
    is_floating: false,
};

impl Instance {
    fn gui(&self) -> Result<PluginGui> {
        self.extension().context("the plugin has no window")
    }

    /// Makes the plugin's window, to be embedded in one of X11, and says how large it wants to be.
    /// It is shown inside a parent by [`set_window_parent`](Instance::set_window_parent).
    pub fn create_window(&mut self) -> Result<WindowSize> {
        let gui = self.gui()?;
        let plugin = self.plugin.plugin_handle();
        ensure!(
            gui.is_api_supported(&plugin, X11),
            "the plugin cannot be embedded in a window of X11"
        );
        gui.create(&plugin, X11).context("no window")?;
        self.window_size()
    }

    /// Puts the plugin's window inside the window of X11 with this id, which must live until
    /// [`destroy_window`](Instance::destroy_window).
    pub fn set_window_parent(&mut self, parent: u32) -> Result<()> {
        let gui = self.gui()?;
        let plugin = self.plugin.plugin_handle();
        let parent = Window::from_x11_handle(parent.into());
        // SAFETY: the caller keeps the parent alive, as the text above asks.
        unsafe { gui.set_parent(&plugin, parent) }.context("the window takes no parent")
    }

    /// How large the plugin's window is, or wants to be.
    pub fn window_size(&mut self) -> Result<WindowSize> {
        let gui = self.gui()?;
        gui.get_size(&self.plugin.plugin_handle())
            .context("the window has no size")
    }

    /// Gives the plugin's window another size.
    pub fn resize_window(&mut self, size: WindowSize) -> Result<()> {
        let gui = self.gui()?;
        gui.set_size(&self.plugin.plugin_handle(), size)
            .context("the window takes no size")
    }

    /// Sets how many pixels there are to a point.
    pub fn scale_window(&mut self, scale: f64) -> Result<()> {
        let gui = self.gui()?;
        gui.set_scale(&self.plugin.plugin_handle(), scale)
            .context("the window takes no scale")
    }

    /// Shows the plugin's window.
    pub fn show_window(&mut self) -> Result<()> {
        let gui = self.gui()?;
        Ok(gui.show(&self.plugin.plugin_handle())?)
    }

    /// Hides the plugin's window.
    pub fn hide_window(&mut self) -> Result<()> {
        let gui = self.gui()?;
        Ok(gui.hide(&self.plugin.plugin_handle())?)
    }

    /// Closes the plugin's window.
    pub fn destroy_window(&mut self) -> Result<()> {
        let gui = self.gui()?;
        gui.destroy(&self.plugin.plugin_handle());
        Ok(())
    }
}
