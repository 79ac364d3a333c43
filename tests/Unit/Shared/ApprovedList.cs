namespace CloudBackup.Tests.Support;

/// <summary>Compares lines with an approved file in the repository. The order of lines means nothing, so that both sides of a merge can be kept.</summary>
internal static class ApprovedList
{
    private const string AcceptVariable = "CLOUDBACKUP_ACCEPT";

    /// <summary>Fails with what was added and removed, and how to accept it; accepts it when the environment says so.</summary>
    public static void Verify(string path, IEnumerable<string> lines, string project)
    {
        var file = Path.Join(Repository.Root, path);
        var actual = lines.Distinct().Order(StringComparer.Ordinal).ToList();
        if (Environment.GetEnvironmentVariable(AcceptVariable) is { Length: > 0 })
        {
            File.WriteAllLines(file, actual);
        }
        var approved = File.Exists(file) ? File.ReadAllLines(file) : [];
        var changes = approved.Except(actual).Select(line => "- " + line).Concat(actual.Except(approved).Select(line => "+ " + line)).ToList();
        Assert.True(
            changes.Count == 0,
            $"""
            The public surface is not the one in {path}:
            {string.Join('\n', changes)}
            If that is wanted, accept it and commit the file:
            {AcceptVariable}=1 dotnet test -c Release --project tests/Unit/{project} --filter-class '*PublicSurfaceTests'
            """);
    }
}
