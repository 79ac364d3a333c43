using System.Globalization;
using System.Management.Automation;

namespace CloudBackup.Host;

/// <summary>Progress as one line at the bottom of a terminal, on standard error; nothing where that is no terminal.</summary>
internal sealed class ProgressLine
{
    private const int BarLength = 20;

    private readonly Lock _lock = new();
    private readonly bool _isTerminal = !Console.IsErrorRedirected;
    private bool _isShown;

    /// <summary>Shows a record in the place of the one before.</summary>
    public void Show(ProgressRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        if (!_isTerminal)
        {
            return;
        }
        if (record.RecordType == ProgressRecordType.Completed)
        {
            Clear();
            return;
        }
        lock (_lock)
        {
            var width = Math.Max(20, ConsoleRawInterface.Width - 1);
            var line = TextOf(record);
            Console.Error.Write($"\r\u001b[K{(line.Length > width ? line[..width] : line)}");
            _isShown = true;
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (_isShown)
            {
                Console.Error.Write("\r\u001b[K");
                _isShown = false;
            }
        }
    }

    private static string TextOf(ProgressRecord record)
    {
        var bar = "";
        if (record.PercentComplete >= 0)
        {
            var filled = record.PercentComplete * BarLength / 100;
            bar = $"[{new string('#', filled)}{new string('.', BarLength - filled)}] {record.PercentComplete,3}% ";
        }
        var left = record.SecondsRemaining >= 0
            ? $", {TimeSpan.FromSeconds(record.SecondsRemaining).ToString("c", CultureInfo.InvariantCulture)} left"
            : "";
        return $"{record.Activity}: {bar}{record.StatusDescription}{left}";
    }
}
