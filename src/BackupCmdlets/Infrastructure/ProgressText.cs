using System.Globalization;
using System.Management.Automation;

namespace CloudBackup.Commands;

/// <summary>Progress as PowerShell shows it.</summary>
internal static class ProgressText
{
    /// <summary>The progress record of a report.</summary>
    public static ProgressRecord RecordOf(OperationProgress progress, int activity) => new(activity, progress.Activity, StatusOf(progress))
    {
        PercentComplete = progress.Percent ?? -1,
        SecondsRemaining = progress.Remaining is { } left ? (int)left.TotalSeconds : -1,
        RecordType = progress.IsCompleted ? ProgressRecordType.Completed : ProgressRecordType.Processing,
    };

    /// <summary>Bytes, rate and entries in one line.</summary>
    public static string StatusOf(OperationProgress progress)
    {
        var done = DisplayText.Size(progress.Bytes);
        var total = progress.ExpectedBytes > progress.Bytes ? $" of {DisplayText.Size(progress.ExpectedBytes)}" : "";
        var rate = DisplayText.Size((long)progress.BytesPerSecond);
        return string.Create(CultureInfo.InvariantCulture, $"{done}{total}, {rate}/s, {progress.Entries:N0} entries");
    }
}
