using System.Diagnostics;

namespace CloudBackup.Cmdlets.Tests.Support;

/// <summary>What a program wrote and how it ended.</summary>
internal sealed record HostResult(int ExitCode, string Output, string Error);

/// <summary>Runs commands in the host, as a user sees them.</summary>
internal static class Shown
{
    /// <summary>The text that a command shows, on the platform of a session.</summary>
    public static string By(Session session, string command) => Run(session, "-Command", command).Output;

    /// <summary>Runs the host.</summary>
    public static HostResult Run(Session session, params string[] arguments)
    {
        using var process = Start(session, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new HostResult(process.ExitCode, output, error.Result);
    }

    /// <summary>Starts the host.</summary>
    public static Process Start(Session session, params string[] arguments) => Start(session, Built.Host, arguments);

    /// <summary>Starts the host with a signal as it is by default: a shell ignores some for what it runs in the background, the tests as well.</summary>
    public static Process StartObeying(string signal, Session session, params string[] arguments) =>
        Start(session, "env", [$"--default-signal={signal}", Built.Host, .. arguments]);

    /// <summary>Starts the host with a signal ignored, as nohup does with HUP.</summary>
    public static Process StartIgnoring(string signal, Session session, params string[] arguments) =>
        Start(session, "/bin/sh", ["-c", $"trap '' {signal}; exec \"$0\" \"$@\"", Built.Host, .. arguments]);

    private static Process Start(Session session, string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["CLOUDBACKUP_HOME"] = Path.Join(session.Root, "home");
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
