namespace CloudBackup.IntegrationTests.Import;

/// <summary>A program that packs: <c>$1</c> holds the folder <c>data</c>, <c>$2</c> is the archive.</summary>
internal sealed record Archiver(string Program, string Command)
{
    /// <summary>The only program that unpacks right what this one packs; null when others do so too.</summary>
    public Archiver? Reference { get; init; }
}

/// <summary>How the tools of this machine pack trees, what may be done to an archive afterwards, and how they unpack it.</summary>
internal static class Archivers
{
    private const string List = "cd $1 && find data -print0";
    private const string FromList = "tar --no-recursion --null --verbatim-files-from -T - -cf $2";
    private const string Python = """
        cd $1 && python3 -c '
        import sys, tarfile
        with tarfile.open(sys.argv[1], "w", format=tarfile.FORMAT, errors="surrogateescape") as tar: tar.add("data")' $2
        """;

    private static Archiver GnuTar { get; } = new("tar", "tar -C $1 -xpf $2 --same-owner --numeric-owner --xattrs --xattrs-include='*' --acls");

    /// <summary>Programs that write tar archives.</summary>
    public static IReadOnlyList<Archiver> Tar { get; } =
    [
        new("tar", "tar -C $1 --format=v7 -cf $2 data"),
        new("tar", "tar -C $1 --format=oldgnu -cf $2 data"),
        new("tar", "tar -C $1 --format=ustar -cf $2 data"),
        new("tar", "tar -C $1 --format=gnu -cf $2 ./data"),
        new("tar", "tar -C $1 --format=gnu -S -b 1 -cf $2 data"),
        new("tar", "tar -C $1 --format=oldgnu -S -cf $2 data"),
        new("tar", "tar -C $1 --format=posix --xattrs --acls -cf $2 data"),
        new("tar", "tar -C $1 --format=posix -S --sparse-version=0.0 -cf $2 data"),
        new("tar", "tar -C $1 --format=posix -S --sparse-version=0.1 -cf $2 data"),
        new("tar", "tar -C $1 --format=posix -S --sparse-version=1.0 --xattrs --acls -cf $2 data"),
        new("tar", "tar -C $1 --format=posix --hard-dereference -cf $2 data"),
        new("tar", "tar -C $1 --format=posix --pax-option=globexthdr.name=g,comment=abc,gname:=other -cf $2 data"),
        new("tar", "tar -C $1 --format=gnu -V label -cf $2 data"),
        new("tar", "tar -C $1 --format=gnu --incremental -cf $2 data"),
        new("tar", $"{List} | sort -zr | {FromList} --format=gnu") { Reference = GnuTar },
        new("tar", $"{List} | sort -zR --random-source=/bin/sh | {FromList} --format=posix --xattrs --acls") { Reference = GnuTar },
        new("tar", "tar -C $1 --format=gnu -cf $2 data; tar -C $1 --format=gnu -rf $2 data"),
        new("tar", "tar -C $1 -cf $2 data; find $1/data -type f -exec sh -c 'printf more >> \"$1\"' - {} ';' -quit; tar -C $1 -uf $2 data"),
        new("bsdtar", "bsdtar -C $1 --format ustar -cf $2 data"),
        new("bsdtar", "bsdtar -C $1 --format pax -cf $2 data"),
        new("bsdtar", "bsdtar -C $1 --format paxr -cf $2 data"),
        new("bsdtar", "bsdtar -C $1 --format gnutar -cf $2 data"),
        new("bsdtar", "bsdtar -C $1 --format v7tar -cf $2 data"),
        new("busybox", "busybox tar -C $1 -cf $2 data"),
        new("python3", Python.Replace("FORMAT", "USTAR_FORMAT", StringComparison.Ordinal)),
        new("python3", Python.Replace("FORMAT", "GNU_FORMAT", StringComparison.Ordinal)),
        new("python3", Python.Replace("FORMAT", "PAX_FORMAT", StringComparison.Ordinal)),
    ];

    /// <summary>Programs that write zip archives.</summary>
    public static IReadOnlyList<Archiver> Zip { get; } =
    [
        new("zip", "cd $1 && zip -qry $2 data"),
        new("zip", "cd $1 && zip -qryD0 $2 data"),
        new("zip", "cd $1 && zip -qry -Z bzip2 $2 data"),
        new("zip", "cd $1 && zip -qryX $2 data"),
        new("zip", "cd $1 && zip -qry - data | cat > $2"),
        new("bsdtar", "bsdtar -C $1 --format zip -cf $2 data"),
        new("bsdtar", "bsdtar -C $1 --format zip --options zip:compression=store -cf $2 data"),
        new("python3", "cd $1 && python3 -m zipfile -c $2 data"),
    ];

    /// <summary>What may be done to a tar archive.</summary>
    public static IReadOnlyList<Archiver> Wrappers { get; } =
    [
        new("sh", "true"),
        new("sh", "true"),
        new("gzip", "gzip $2 && mv $2.gz $2"),
        new("bzip2", "bzip2 $2 && mv $2.bz2 $2"),
        new("gzip", "{ head -c 700 $2 | gzip; tail -c +701 $2 | gzip; head -c 5000 /dev/zero; } > $2.gz && mv $2.gz $2"),
        new("bzip2", "{ head -c 700 $2 | bzip2; tail -c +701 $2 | bzip2; } > $2.bz && mv $2.bz $2"),
        new("sh", "head -c 3000 /dev/zero >> $2"),
    ];

    /// <summary>Programs that unpack a tar archive <c>$2</c> in the folder <c>$1</c>.</summary>
    public static IReadOnlyList<Archiver> Untar { get; } =
    [
        GnuTar,
        new("bsdtar", "bsdtar -C $1 -xpf $2 --numeric-owner"),
    ];

    /// <summary>Programs that unpack a zip archive.</summary>
    public static IReadOnlyList<Archiver> Unzip { get; } = [new("unzip", "unzip -qqoK $2 -d $1"), new("bsdtar", "bsdtar -C $1 -xpf $2 --no-same-owner")];

    /// <summary>Runs one.</summary>
    public static ToolResult Run(Archiver archiver, string folder, string archive) => Tools.Try(
        "sh", "-c", archiver.Command.Replace("$1", folder, StringComparison.Ordinal).Replace("$2", archive, StringComparison.Ordinal));
}
