using System.Text.RegularExpressions;
using CloudBackup.Tests.Support;
using ICSharpCode.SharpZipLib.BZip2;

namespace CloudBackup.Tests.Import;

/// <summary>Imports from files and folders, as tests do it.</summary>
internal static partial class Imports
{
    public const string Password = "correct horse";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A platform whose app has other data than what is imported.</summary>
    public static async Task<TestPlatform> MakeTargetAsync()
    {
        var platform = await new TestPlatform().SetUpAsync();
        platform.Folder.Write("data/old", "old");
        return platform;
    }

    /// <summary>A content as bzip2 packs it.</summary>
    public static byte[] BZip2(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var stream = new BZip2OutputStream(packed) { IsStreamOwner = false })
        {
            stream.Write(content);
        }
        return packed.ToArray();
    }

    /// <summary>An import into the platform's app from a file or folder.</summary>
    public static AppImportOptions From(string path, string? password = null) => new()
    {
        Location = TestPlatform.Location,
        Path = path,
        Secrets = password is null ? SiteSecrets.None : Secret.Password(password),
    };

    public static Task<BackupApp> ImportAsync(this TestPlatform platform, AppImportOptions options) =>
        platform.Engine.AppBackups.ImportAsync(options, platform.Observer, Token);

    /// <summary>The id of the error that an import fails with.</summary>
    public static async Task<string> FailAsync(this TestPlatform platform, AppImportOptions options) =>
        (await Assert.ThrowsAsync<BackupException>(() => platform.ImportAsync(options))).ErrorId;

    /// <summary>The error that an import fails with before anything is touched: no safety backup was made, and the data is as it was.</summary>
    public static async Task<string> FailEarlyAsync(this TestPlatform platform, AppImportOptions options)
    {
        var before = Tree.Describe(platform.Data);
        var backups = platform.Engine.AppBackups.List().Count;
        var id = await platform.FailAsync(options);
        Assert.Equal(backups, platform.Engine.AppBackups.List().Count);
        Assert.Equal(before, Tree.Describe(platform.Data));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Folder["home/tmp"]));
        return id;
    }

    /// <summary>Set-id bits and capabilities of whoever could write to a storage are not believed.</summary>
    public static List<string> WithoutSetId(List<string> tree) =>
        [.. tree.Select(line => SetId().Replace(line, " File $1 ").Split(" security.capability")[0])];

    [GeneratedRegex(" File [1-7]?([0-7]{3}) ")]
    private static partial Regex SetId();
}
