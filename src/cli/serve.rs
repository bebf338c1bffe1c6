//! `tane serve`.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use super::args;
use super::index::{as_recorded, build_if_absent, keep_fresh, summary, warn};
use super::open::desktop;
use super::output::{self, Output};
use super::progress::{interrupt, interrupted};
use super::settings::{Settings, maps_cache};
use crate::cli::failure::told;
use crate::cli::outcome::Outcome;
use crate::cli::reader::readers;
use crate::error::Error;
use crate::index::Report;
use crate::serve::{Config, Service, Stopped, serve};

pub fn run(args: &args::Serve, settings: Settings, out: &mut Output) -> anyhow::Result<Outcome> {
    let token = token(args)?;
    if let Some(address) = args.listen.filter(|address| !address.ip().is_loopback())
        && token.is_none()
    {
        anyhow::bail!(
            "{address} can be reached from other machines, so requests need a token: put one into a file and name it \
             with --token-file, or set TANE_TOKEN"
        );
    }
    // As `tane query` does.
    build_if_absent(&settings, &args.engine)?;
    let settings = Arc::new(settings);
    let service = service(&settings, &args.engine);
    // What is wrong is said before anybody asks, and the first question waits for nothing.
    let opened = service.current()?;
    warn(&opened.index, &settings);
    let embedder = opened.embedder.clone();
    // Held here, it would keep files of a generation that is no longer served.
    drop(opened);
    let as_recorded = as_recorded(&settings)?;
    let watching = args.watch.then(|| {
        let settings = settings.clone();
        std::thread::spawn(move || {
            let mut tell = |report: &Report, started: Instant| {
                if !settings.quiet {
                    output::remark(&summary(report, false, started.elapsed().as_secs_f64()));
                }
                Ok(())
            };
            let report = Report::default();
            let ended = keep_fresh(&settings, &embedder, &as_recorded, report, &mut tell);
            // Ended with the server it has nothing to say.
            if let Err(error) = ended
                && !interrupted()
            {
                output::complain(&format!(
                    "the index is no longer refreshed: {}",
                    told(&error)
                ));
            }
        })
    });
    let config = Config {
        listen: args.listen,
        token,
        hosts: args.allow_host.clone(),
        limit: settings.limit,
        mode: settings.mode,
        maps: maps_cache(),
        readers: Some(readers()),
        log: (!settings.quiet).then(|| Box::new(output::remark) as Box<_>),
    };
    let stopped = serve(service, config, |address| {
        out.line(&format!("listening on http://{address}"))?;
        out.flush()?;
        if args.open {
            open_page(&page_address(address));
        }
        Ok(())
    });
    interrupt();
    if let Some(watching) = watching {
        // A panic there has been told already.
        let _ = watching.join();
    }
    let stopped = stopped.map_err(|error| {
        let address = args
            .listen
            .map_or_else(|| "127.0.0.1".to_owned(), |a| a.to_string());
        anyhow::anyhow!(
            "cannot listen on {address}: {error}; choose another with --listen ADDRESS:PORT"
        )
    })?;
    Ok(match stopped {
        Stopped::Asked => Outcome::Something,
        Stopped::Interrupted => Outcome::Interrupted,
    })
}

/// Where a browser on this machine finds the page.
fn page_address(listening: SocketAddr) -> String {
    let mut address = listening;
    if address.ip().is_unspecified() {
        address.set_ip(match address {
            SocketAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            SocketAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        });
    }
    format!("http://{address}/")
}

/// The server goes on whether a browser starts or not.
fn open_page(address: &str) {
    let command = desktop(address.into());
    let started = Command::new(&command[0])
        .args(&command[1..])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        // Waited for, so that no ended process stays behind.
        Ok(mut child) => drop(std::thread::spawn(move || child.wait())),
        Err(error) => output::complain(&format!(
            "cannot start `{}`: {error}; the page is at {address}",
            command[0].display()
        )),
    }
}

/// The index and model that the settings name, opened at the first request.
pub fn service(settings: &Arc<Settings>, engine: &args::Engine) -> Service {
    let dir = settings.index.clone();
    let (settings, engine) = (settings.clone(), engine.clone());
    Service::new(
        dir,
        Box::new(move |model| settings.embedder(&engine, Some(model))),
    )
}

/// The token that requests need: of the file, else of the environment. White space around it is none of it.
fn token(args: &args::Serve) -> anyhow::Result<Option<String>> {
    let (given, from) = match &args.token_file {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(Error::io("read", file))?;
            (text, file.display().to_string())
        }
        None => match std::env::var("TANE_TOKEN") {
            Ok(token) => (token, "TANE_TOKEN".to_owned()),
            Err(_) => return Ok(None),
        },
    };
    let token = given.trim();
    if token.is_empty() || token.contains(|c: char| c.is_control() || !c.is_ascii()) {
        anyhow::bail!("{from}: expected a token, one line of ASCII; received none");
    }
    Ok(Some(token.to_owned()))
}
