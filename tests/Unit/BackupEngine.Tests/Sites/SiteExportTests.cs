using System.Text.Json.Nodes;
using CloudBackup.Tests.Support;

namespace CloudBackup.Tests.Sites;

/// <summary>A file with a site's settings comes from elsewhere: whatever is in it, it works or is refused with a reason.</summary>
public sealed class SiteExportTests
{
    private static readonly string[] Values =
    [
        "null", "\"\"", "\"../../x\"", "-1", "9223372036854775808", "1e308", "true", "[]", "{}", "[null]", "\"\\ud800\"", "\"\\u0000\"", "\"10000-01-01\"",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Any_value_in_any_place_is_refused_with_an_id_or_does_no_harm()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/file", "x");
        var backup = await platform.BackUpAsync();
        var file = platform.Folder["site.json"];
        platform.Engine.Sites.Export(null, backup.Id, file, mayReplace: false);
        var good = await File.ReadAllTextAsync(file, Token);
        var tried = 0;
        foreach (var place in Places(JsonNode.Parse(good)!.AsObject(), []).ToList())
        {
            foreach (var value in Values)
            {
                var root = JsonNode.Parse(good)!;
                place.Take(place.Length - 1).Aggregate(root, (node, key) => node[key]!)[place[^1]] = "the value";
                await File.WriteAllTextAsync(file, root.ToJsonString().Replace("\"the value\"", value, StringComparison.Ordinal), Token);
                var options = new AppImportOptions { ConfigFile = file, Location = TestPlatform.Location, SkipSafetyBackup = true };
                try
                {
                    await platform.Engine.AppBackups.ImportAsync(options, platform.Observer, Token);
                }
                catch (BackupException failure)
                {
                    Assert.NotEqual("Unexpected", failure.ErrorId);
                }
                tried++;
            }
        }
        Assert.True(tried > 150);
        Assert.Equal("x", await File.ReadAllTextAsync(Path.Join(platform.Data, "file"), Token));
    }

    private static IEnumerable<string[]> Places(JsonObject node, string[] way) => node.SelectMany(pair =>
        pair.Value is JsonObject inner ? Places(inner, [.. way, pair.Key]).Append([.. way, pair.Key]) : [[.. way, pair.Key]]);
}
