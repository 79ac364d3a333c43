namespace CloudBackup.Host;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    /// <summary>All went well.</summary>
    public const int Success = 0;

    /// <summary>At least one error was written.</summary>
    public const int Failure = 1;

    /// <summary>The command line was wrong.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl+C or a signal (128 + SIGINT, as shells say it).</summary>
    public const int Stopped = 130;
}
