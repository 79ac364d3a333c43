using System.Text.Json;
using CloudBackup.Bench.Scenarios;

namespace CloudBackup.Bench.Reporting;

/// <summary>Results with every single run, for other programs.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Format = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>All of it.</summary>
    public static byte[] Of(IReadOnlyList<ScenarioResult> results, MachineFacts machine) =>
        JsonSerializer.SerializeToUtf8Bytes(new { machine, results }, Format);
}
