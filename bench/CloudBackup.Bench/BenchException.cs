namespace CloudBackup.Bench;

/// <summary>The measurement cannot be made, or what was measured did not do its work.</summary>
internal class BenchException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The command line is wrong.</summary>
internal sealed class OptionException(string message) : BenchException(message);
