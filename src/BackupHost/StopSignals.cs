using System.Globalization;
using System.Runtime.InteropServices;

namespace CloudBackup.Host;

/// <summary>
/// Stops the session in order when a signal asks for it: Ctrl+C, Ctrl+\, a closed terminal or connection, a service manager. Without this, the
/// process would die on the spot, and an app that a command has put into maintenance would stay there. A signal that the parent ignores on our
/// behalf, as nohup does, stays ignored.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private static readonly (PosixSignal Signal, int Number)[] Known =
        [(PosixSignal.SIGINT, 2), (PosixSignal.SIGTERM, 15), (PosixSignal.SIGHUP, 1), (PosixSignal.SIGQUIT, 3)];

    private readonly List<PosixSignalRegistration> _registrations = [];

    /// <summary>Calls <paramref name="stop"/> for each such signal, until disposed.</summary>
    public StopSignals(Action stop)
    {
        var ignored = ReadIgnored();
        foreach (var (signal, number) in Known)
        {
            var isIgnored = ((ignored >> (number - 1)) & 1) != 0;
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (!isIgnored)
                {
                    stop();
                }
            }));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    /// <summary>The signals that were ignored when the process began, a bit each; Linux only.</summary>
    private static ulong ReadIgnored()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) ?? "";
        return ulong.TryParse(line.Replace("SigIgn:", "", StringComparison.Ordinal).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var ignored) ? ignored : 0;
    }
}
