using CloudBackup.Tests.Support;

namespace CloudBackup.IntegrationTests;

/// <summary>What the tools of other systems pack comes in as they would unpack it.</summary>
public sealed class ImportToolTests
{
    [Theory]
    [InlineData("zip", "cd $1 && zip -qry $2 data")]
    [InlineData("zip", "cd $1 && zip -qryD $2 data")]
    [InlineData("bsdtar", "bsdtar -C $1 --format zip -cf $2 data")]
    [InlineData("bsdtar", "bsdtar -C $1 --format ustar -cf $2 data")]
    [InlineData("tar", "tar -C $1 -czf $2 ./data")]
    [InlineData("bsdtar", "bsdtar -C $1 -czf $2 data", "H")]
    [InlineData("tar", "tar -C $1 -czf $2 ./data", "H")]
    [InlineData("tar", "tar -C $1 --format v7 -cf $2 data", "H")]
    [InlineData("bzip2", "tar -C $1 -cf - data | bzip2 > $2")]
    [InlineData("pbzip2", "tar -C $1 -cf - data | pbzip2 -b1 -p2 -c > $2")]
    [InlineData("busybox", "busybox tar -C $1 -cf $2 data")]
    public async Task It_comes_in_whole(string program, string command, string compared = "")
    {
        Tools.NeedRoot();
        Tools.Need(program, "tar", "sh", "rsync");
        using var platform = await new TestPlatform().SetUpAsync();
        var source = platform.Folder.Make("source");
        SampleTree.MakeSmall(platform.Folder.Make("source/data"), new SeededRandom(1), files: 200, largest: 20_000);
        await File.WriteAllBytesAsync(Path.Join(source, "data/large"), new SeededRandom(2).Bytes(3_000_000), TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Join(source, "data/link"), "large");
        Tools.Run("ln", "-P", Path.Join(source, "data/link"), Path.Join(source, "data/another"));
        File.SetUnixFileMode(Path.Join(source, "data/large"), (UnixFileMode)0x1E8);
        Tools.Run("sh", "-c", command.Replace("$1", source, StringComparison.Ordinal).Replace("$2", platform.Folder["packed.zip"], StringComparison.Ordinal));
        var options = new AppImportOptions { Location = TestPlatform.Location, Path = platform.Folder["packed.zip"], SkipSafetyBackup = true };
        await platform.Engine.AppBackups.ImportAsync(options, platform.Observer, TestContext.Current.CancellationToken);
        // Times of links and folders and further names are not in every format; contents, kinds, modes and targets are.
        Assert.Equal("", Tools.Run("rsync", "-rlpnic" + compared, "--delete", source + "/data/", platform.Data + "/"));
        Assert.Equal("large", new FileInfo(Path.Join(platform.Data, "link")).LinkTarget);
        Assert.Empty(platform.Observer.Warnings);
    }
}
