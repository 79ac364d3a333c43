using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using CloudBackup.Tests.Support;
using ICSharpCode.SharpZipLib.GZip;
using ICSharpCode.SharpZipLib.Tar;

namespace CloudBackup.IntegrationTests;

/// <summary>Readers of all kinds take our archives, odd names, long names, links and sparse files included.</summary>
public sealed partial class ArchiveReaderTests
{
    private const string PythonStream = """
        python3 -c '
        import sys, tarfile
        with tarfile.open(sys.argv[1], "r|gz") as tar:
            tar.extraction_filter = getattr(tarfile, "fully_trusted_filter", None)
            tar.extractall(sys.argv[2])' $2 $1
        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bsdtar", "bsdtar -C $1 -xpf $2")]
    [InlineData("busybox", "busybox tar -C $1 -xpzf $2")]
    [InlineData("python3", PythonStream)]
    [InlineData("perl", "perl -MIO::Uncompress::Gunzip=gunzip -e 'gunzip $ARGV[0] => \"-\", MultiStream => 1 or die' $2 | tar -C $1 -xpf -")]
    [InlineData("7z", "7z x -so $2 | 7z x -si -ttar -snld -bd -o$1 > /dev/null")]
    public async Task It_unpacks_what_was_backed_up(string program, string command)
    {
        Tools.Need(program, "tar");
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        if (program is "python3" or "7z")
        {
            // Neither makes another name of a link: Python's stream looks for its content, and 7z takes it for an attack.
            File.Delete(platform.Folder["data/links/same-link"]);
            File.Delete(platform.Folder["data/zz-same-link"]);
            // 7z lets it lead to where it unpacks.
            File.Delete(platform.Folder["data/links/absolute"]);
        }
        var archive = Path.Join(platform.SitePath, (await platform.BackUpAsync()).RemotePath + ".tar.gz");
        var result = Import.Archivers.Run(new Import.Archiver(program, command), platform.Folder.Make("plain"), archive);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(Contents(platform.Data), Contents(platform.Folder["plain/data"]));
    }

    /// <summary>It knows no extended headers, and cuts longer names and targets of links.</summary>
    [Fact]
    public async Task Archive_Tar_of_Perl_unpacks_names_of_up_to_100_bytes()
    {
        Tools.Need("perl");
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeSmall(platform.Data, new SeededRandom(1), files: 50);
        platform.Folder.Write($"data/{new string('x', 95)}", "long");
        platform.Folder.Write("data/\u00fc", "not ASCII");
        File.CreateSymbolicLink(platform.Folder["data/link"], "d1/e1");
        var archive = Path.Join(platform.SitePath, (await platform.BackUpAsync()).RemotePath + ".tar.gz");
        var unpack = new Import.Archiver("perl", "cd $1 && perl -MArchive::Tar -e 'Archive::Tar->extract_archive($ARGV[0]) or die Archive::Tar->error' $2");
        var result = Import.Archivers.Run(unpack, platform.Folder.Make("plain"), archive);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(Contents(platform.Data), Contents(platform.Folder["plain/data"]));
    }

    [Fact]
    public async Task SharpZipLib_reads_every_entry()
    {
        using var platform = await new TestPlatform().SetUpAsync();
        SampleTree.MakeRich(platform.Data, new SeededRandom(1));
        var backup = await platform.BackUpAsync();
        await using var file = File.OpenRead(Path.Join(platform.SitePath, backup.RemotePath + ".tar.gz"));
        await using var unpacked = new GZipInputStream(file);
        await using var tar = new TarInputStream(unpacked, Encoding.UTF8);
        var found = new List<string>();
        var count = 0;
        while (await tar.GetNextEntryAsync(Token) is { } entry)
        {
            count++;
            var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(tar, Token))[..16];
            if (entry.Name.StartsWith("data/", StringComparison.Ordinal) && entry.TarHeader.TypeFlag == (byte)'0')
            {
                found.Add($"{entry.Name["data".Length..]} File {entry.Size} {hash}");
            }
        }
        Assert.Equal(backup.FileCount, count);
        // Further names of a file are entries without content, and names are decoded as UTF-8 only.
        string[] links = ["/links/also-big", "/links/second", "/zz-third"];
        Assert.Empty(Contents(platform.Data).Where(line => Plain().IsMatch(line) && !links.Contains(line.Split(' ')[0])).Except(found));
    }

    /// <summary>Paths, kinds, contents and targets; not what some readers do not set.</summary>
    private static List<string> Contents(string folder) => [.. Tree.Describe(folder).Skip(1).Select(line => Facts().Replace(line, " $1 $2"))];

    [GeneratedRegex(@" (File|Directory|SymbolicLink) [0-7]+ \d+:\d+ [-.\d]+ ?((?<=File .*)\d+ [0-9a-f]{16}|(?<=SymbolicLink .*)-> .*|).*$", RegexOptions.Singleline)]
    private static partial Regex Facts();

    [GeneratedRegex("^/[a-z0-9.]+(/[a-z-]+)? File ")]
    private static partial Regex Plain();
}
