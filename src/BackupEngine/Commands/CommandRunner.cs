using System.Diagnostics;
using System.Globalization;

namespace CloudBackup.Commands;

/// <summary>
/// Runs an app's commands: an executable with arguments, no shell, the app's facts in the environment, no input. A cancelled command is
/// killed with everything that it started.
/// </summary>
internal sealed class CommandRunner(IOperationObserver observer)
{
    /// <summary>Whether commands are told to leave DNS alone.</summary>
    public bool SkipDns { get; init; }

    /// <summary>Runs a command and waits for it; an empty one does nothing.</summary>
    /// <param name="name">What the command is, such as <c>StopCommand</c>.</param>
    /// <param name="command">The executable and its arguments.</param>
    /// <param name="app">The app; its version is what the command is told.</param>
    /// <param name="cancellationToken">Kills the command.</param>
    /// <exception cref="BackupException">It could not be started, or its exit code was not 0; the message holds its last lines.</exception>
    public async Task RunAsync(string name, IReadOnlyList<string> command, BackupApp app, CancellationToken cancellationToken)
    {
        if (command.Count == 0)
        {
            return;
        }
        cancellationToken.ThrowIfCancellationRequested();
        observer.OnStep($"Running the {name} of {app.Location}.");
        var output = new LastLines();
        using var process = new Process { StartInfo = Describe(command, app, SkipDns) };
        process.OutputDataReceived += (_, line) => output.Add(line.Data);
        process.ErrorDataReceived += (_, line) => output.Add(line.Data);
        try
        {
            process.Start();
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            throw BackupErrors.CommandNotStarted(name, app.Location, command[0], failure);
        }
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await WaitAsync(process, cancellationToken).ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw BackupErrors.CommandFailed(name, app.Location, command[0], process.ExitCode, output.ToString());
        }
    }

    /// <summary>Runs a command where its failure changes nothing: it is told, and returned; null when there was none. Never cancelled.</summary>
    /// <param name="name">What the command is.</param>
    /// <param name="command">The executable and its arguments.</param>
    /// <param name="app">The app.</param>
    public async Task<string?> TryRunAsync(string name, IReadOnlyList<string> command, BackupApp app)
    {
        try
        {
            await RunAsync(name, command, app, CancellationToken.None).ConfigureAwait(false);
            return null;
        }
        catch (BackupException failure)
        {
            observer.OnWarning(failure.Message);
            return failure.Message;
        }
    }

    private static async Task WaitAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static ProcessStartInfo Describe(IReadOnlyList<string> command, BackupApp app, bool skipDns)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CLOUDBACKUP_APP_ID"] = app.Id.ToString("D", CultureInfo.InvariantCulture);
        start.Environment["CLOUDBACKUP_LOCATION"] = app.Location;
        start.Environment["CLOUDBACKUP_VERSION"] = app.Version;
        start.Environment["CLOUDBACKUP_DATA_DIRECTORY"] = app.DataDirectory;
        if (skipDns)
        {
            start.Environment["CLOUDBACKUP_SKIP_DNS"] = "1";
        }
        return start;
    }

    /// <summary>The last lines that a command wrote.</summary>
    private sealed class LastLines
    {
        private const int Count = 10;

        private readonly Queue<string> _lines = new();

        public void Add(string? line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                return;
            }
            lock (_lines)
            {
                _lines.Enqueue(line.Length > 500 ? line[..500] : line);
                if (_lines.Count > Count)
                {
                    _lines.Dequeue();
                }
            }
        }

        public override string ToString()
        {
            lock (_lines)
            {
                return string.Join(Environment.NewLine, _lines);
            }
        }
    }
}
