# What the test files share: the built module, and platforms to try it on. Dot-source it in BeforeAll, and in AfterAll give the session its
# platform back: $env:CLOUDBACKUP_HOME = $homeBefore.

$homeBefore = $env:CLOUDBACKUP_HOME

function Find-Manifest {
    if ($env:CLOUDBACKUP_MODULE) { return Join-Path $env:CLOUDBACKUP_MODULE CloudBackup.psd1 }
    $built = Get-ChildItem -Path "$PSScriptRoot/../../output/CloudBackup/*/CloudBackup.psd1" -ErrorAction Ignore |
        Sort-Object -Property { [version] $_.Directory.Name } | Select-Object -Last 1
    if (-not $built) { throw 'The module is not built: run «dotnet build -c Release» in the repository.' }
    $built.FullName
}

# Runs the pwsh that runs the tests, with these arguments. The .NET tool is a library that dotnet starts.
function Invoke-Pwsh {
    $program = [System.Environment]::GetCommandLineArgs()[0]
    if ([System.IO.Path]::GetExtension($program) -eq '.dll') { & ([System.Environment]::ProcessPath) $program @args }
    else { & ([System.Environment]::ProcessPath) @args }
}

# A new platform below $TestDrive, with the data of an app and of another one, and folders for backups. It is the platform of every cmdlet until the next one.
function New-TestPlatform {
    $root = Join-Path $TestDrive ([guid]::NewGuid())
    $null = New-Item -ItemType Directory -Path "$root/data/docs/empty", "$root/site", "$root/other", "$root/shop"
    Set-Content -Path "$root/data/page.txt" -Value ('home ' * 1000)
    Set-Content -Path "$root/data/docs/naïve ☃.txt" -Value 'odd name'
    [System.IO.File]::WriteAllBytes("$root/data/photo.jpg", [byte[]] (0..255 * 40))
    Set-Content -Path "$root/shop/page.txt" -Value 'shop'
    $env:CLOUDBACKUP_HOME = "$root/home"
    Set-Platform -ExtraDirectory @()
    $root
}

# A platform with the site «local» and the app wiki.example.com.
function New-TestApp {
    $root = New-TestPlatform
    $null = New-BackupSite local filesystem -Path "$root/site" -ExternalDisk
    $null = Register-BackupApp wiki.example.com -Version 1.2.0 -DataDirectory "$root/data" -PackageName wiki
    $root
}

# The stored files, as paths below the site.
function Get-StoredFile([string] $Root) {
    Get-ChildItem -Path "$Root/site" -Recurse -File | ForEach-Object { [System.IO.Path]::GetRelativePath("$Root/site", $_.FullName) } | Sort-Object
}

# Inverts bytes in the middle of an archive. One changed bit could leave what it unpacks to as it was.
function Edit-Archive([string] $Path) {
    $bytes = [System.IO.File]::ReadAllBytes($Path)
    $middle = [int]($bytes.Length / 2)
    foreach ($at in ($middle - 16)..($middle + 15)) { $bytes[$at] = $bytes[$at] -bxor 255 }
    [System.IO.File]::WriteAllBytes($Path, $bytes)
}

# Files and folders with their content's hash, to compare trees.
function Get-Fingerprint([string] $Folder) {
    Get-ChildItem -Path $Folder -Recurse -Force | Sort-Object -Property FullName | ForEach-Object {
        $hash = if ($_.PSIsContainer) { 'folder' } else { (Get-FileHash -LiteralPath $_.FullName).Hash }
        '{0} {1}' -f [System.IO.Path]::GetRelativePath($Folder, $_.FullName), $hash
    }
}

Import-Module -Name (Find-Manifest) -ErrorAction Stop
